(class_specifier name: (type_identifier) @name body: (_)) @definition.class
(class_specifier name: (template_type name: (type_identifier) @name) body: (_)) @definition.class
(namespace_definition name: (_) @name) @definition.module
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type
(function_definition declarator: [
  (function_declarator declarator: [(field_identifier) (destructor_name) (operator_name)] @name) @function
  (reference_declarator (function_declarator declarator: [(identifier) (field_identifier) (operator_name)] @name) @function)
  (pointer_declarator (function_declarator declarator: (field_identifier) @name) @function)
  (operator_cast) @name
]) @definition.function
(function_definition declarator: [
  (function_declarator declarator: (qualified_identifier) @qualified) @function
  (reference_declarator (function_declarator declarator: (qualified_identifier) @qualified) @function)
  (pointer_declarator (function_declarator declarator: (qualified_identifier) @qualified) @function)
]) @definition.method
(field_declaration declarator: [
  (function_declarator declarator: [(field_identifier) (operator_name)] @name) @function
  (reference_declarator (function_declarator declarator: (_) @name) @function)
  (pointer_declarator (function_declarator declarator: (field_identifier) @name) @function)
]) @definition.function
(field_declaration_list (declaration declarator:
  (function_declarator declarator: [(identifier) (destructor_name) (operator_name)] @name) @function) @definition.function)
(declaration_list (declaration declarator: (function_declarator declarator: (identifier) @name) @function) @definition.function)
(field_declaration declarator: (field_identifier) @name) @definition.variable
(declaration_list (declaration declarator: [
  (identifier) @name
  (init_declarator declarator: (identifier) @name)
]) @definition.variable)
(template_declaration (_) @wrapped .) @wrapper
