[
  (function_declaration name: (identifier) @name)
  (generator_function_declaration name: (identifier) @name)
] @definition.function
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)] @function) @definition.function
(variable_declarator name: (identifier) @name value: (class)) @definition.class
(class_body (method_definition name: (_) @name) @definition.method)
(object (method_definition name: (_) @name) @definition.function)
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)] @function) @definition.function
(assignment_expression
  left: (member_expression object: (_) @container property: (property_identifier) @name)
  right: [(arrow_function) (function_expression) (generator_function)] @function) @definition.function
(export_statement "default" @name value: [(arrow_function) (function_expression)] @function) @definition.function
(export_statement "default" @name value: (class)) @definition.class

(program (lexical_declaration "const" (variable_declarator name: (identifier) @name) @definition.constant))
(program (export_statement (lexical_declaration "const" (variable_declarator name: (identifier) @name) @definition.constant)))
(program (lexical_declaration "let" (variable_declarator name: (identifier) @name) @definition.variable))
(program (export_statement (lexical_declaration "let" (variable_declarator name: (identifier) @name) @definition.variable)))
(program (variable_declaration (variable_declarator name: (identifier) @name) @definition.variable))

(export_statement declaration: (_) @wrapped) @wrapper
(lexical_declaration . (variable_declarator) @wrapped .) @wrapper
(variable_declaration . (variable_declarator) @wrapped .) @wrapper
(expression_statement . (assignment_expression) @wrapped .) @wrapper
(decorator) @attribute
(comment) @comment
