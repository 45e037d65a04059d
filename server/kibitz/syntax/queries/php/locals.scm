[(function_definition) (method_declaration) (anonymous_function) (arrow_function)] @scope.function
(declaration_list) @scope.members
(simple_parameter name: (variable_name (name) @parameter))
(variadic_parameter name: (variable_name (name) @parameter))
(property_promotion_parameter name: (variable_name (name) @parameter))
(anonymous_function_use_clause (variable_name (name) @parameter))
(assignment_expression left: (variable_name (name) @local))
(foreach_statement (variable_name (name) @local))
(foreach_statement (pair (variable_name (name) @local)))
(catch_clause name: (variable_name (name) @local))
(global_declaration (variable_name (name) @local))
(static_variable_declaration name: (variable_name (name) @local))
(list_literal (variable_name (name) @local))
(array_creation_expression (array_element_initializer (variable_name (name) @local)))
