[(function_declaration) (function_definition)] @scope.function
[(block) (for_statement)] @scope.block
(parameters (identifier) @parameter)
(variable_declaration (assignment_statement (variable_list name: (identifier) @local)))
(variable_declaration (variable_list name: (identifier) @local))
(for_generic_clause (variable_list name: (identifier) @local))
(for_numeric_clause name: (identifier) @local)
