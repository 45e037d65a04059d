(lambda_expression) @scope.function
[(for_range_loop) (catch_clause)] @scope.block
[(field_declaration_list)] @scope.members
(parameter_declaration declarator: (reference_declarator (identifier) @parameter))
(optional_parameter_declaration declarator: [
  (identifier) @parameter
  (reference_declarator (identifier) @parameter)
  (pointer_declarator (identifier) @parameter)
])
(variadic_parameter_declaration declarator: (variadic_declarator (identifier) @parameter))
(init_declarator declarator: (reference_declarator (identifier) @local))
(for_range_loop declarator: [(identifier) @local (reference_declarator (identifier) @local)])
(structured_binding_declarator (identifier) @local)
(type_parameter_declaration (type_identifier) @local)
