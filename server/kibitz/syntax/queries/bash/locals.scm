(function_definition) @scope.function
(variable_assignment name: (variable_name) @local)
(for_statement variable: (variable_name) @local)
(command name: (command_name (word) @how) argument: (word) @local (#eq? @how "read"))
