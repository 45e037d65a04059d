[(function_declaration) (lambda_literal) (anonymous_function) (secondary_constructor)] @scope.function
[(block) (for_statement) (catch_block)] @scope.block
(class_body) @scope.members
(parameter . (identifier) @parameter)
(class_parameter (identifier) @local)
(lambda_parameters (variable_declaration (identifier) @parameter))
(property_declaration (variable_declaration . (identifier) @local))
(multi_variable_declaration (variable_declaration . (identifier) @local))
(for_statement (variable_declaration . (identifier) @local))
(catch_block . (identifier) @local)
(enum_entry . (identifier) @local)
(type_parameter (identifier) @local)
