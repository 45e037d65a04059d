(function_definition) @scope.function
[(compound_statement) (for_statement)] @scope.block
(parameter_declaration declarator: [
  (identifier) @parameter
  (pointer_declarator (identifier) @parameter)
  (pointer_declarator (pointer_declarator (identifier) @parameter))
  (array_declarator (identifier) @parameter)
  (function_declarator (parenthesized_declarator (pointer_declarator (identifier) @parameter)))
])
(declaration declarator: [
  (identifier) @local
  (pointer_declarator (identifier) @local)
  (array_declarator (identifier) @local)
])
(init_declarator declarator: [
  (identifier) @local
  (pointer_declarator [(identifier) @local (array_declarator (identifier) @local)])
  (array_declarator (identifier) @local)
])
(enumerator name: (identifier) @local)
(preproc_params (identifier) @parameter)
