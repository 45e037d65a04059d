[
  (function_declaration)
  (function_expression)
  (generator_function)
  (generator_function_declaration)
  (arrow_function)
  (method_definition)
] @scope.function
[(statement_block) (for_statement) (for_in_statement) (catch_clause)] @scope.block
(class_body) @scope.members

(variable_declarator name: (identifier) @local)
(shorthand_property_identifier_pattern) @local
(pair_pattern value: (identifier) @local)
(array_pattern (identifier) @local)
(rest_pattern (identifier) @local)
(object_assignment_pattern left: (shorthand_property_identifier_pattern) @local)
(for_in_statement left: (identifier) @local)
(catch_clause parameter: (identifier) @local)
(function_expression name: (identifier) @local)
(arrow_function parameter: (identifier) @parameter)
