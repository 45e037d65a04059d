(function_definition declarator: (function_declarator declarator: (identifier) @name) @function) @definition.function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name) @function)) @definition.function
(translation_unit (declaration declarator: (function_declarator declarator: (identifier) @name) @function) @definition.function)
(translation_unit (declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (identifier) @name) @function)) @definition.function)
(preproc_ifdef (declaration declarator: (function_declarator declarator: (identifier) @name) @function) @definition.function)
(struct_specifier name: (type_identifier) @name body: (_)) @definition.struct
(union_specifier name: (type_identifier) @name body: (_)) @definition.struct
(enum_specifier name: (type_identifier) @name body: (_)) @definition.enum
(type_definition declarator: (type_identifier) @name) @definition.type
(type_definition declarator: (function_declarator (parenthesized_declarator (pointer_declarator (type_identifier) @name)))) @definition.type
(preproc_def name: (identifier) @name) @definition.macro
(preproc_function_def name: (identifier) @name) @definition.macro
(translation_unit (declaration declarator: [
  (identifier) @name
  (init_declarator declarator: [
    (identifier) @name
    (array_declarator (identifier) @name)
    (pointer_declarator [(identifier) @name (array_declarator (identifier) @name)])
  ])
  (array_declarator (identifier) @name)
  (pointer_declarator (identifier) @name)
]) @definition.variable)
(comment) @comment
