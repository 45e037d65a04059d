[
  (method_declaration) (constructor_declaration) (local_function_statement) (lambda_expression)
  (anonymous_method_expression) (accessor_declaration)
] @scope.function
[(block) (for_statement) (foreach_statement) (using_statement) (catch_clause)] @scope.block
(declaration_list) @scope.members
(parameter name: (identifier) @parameter)
(parameter_list name: (identifier) @parameter)
(lambda_expression parameters: (implicit_parameter) @parameter)
(variable_declarator name: (identifier) @local)
(foreach_statement left: (identifier) @local)
(catch_declaration name: (identifier) @local)
(declaration_expression name: (identifier) @local)
(declaration_pattern name: (identifier) @local)
(type_parameter name: (identifier) @local)
(enum_member_declaration name: (identifier) @local)
