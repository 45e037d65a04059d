[(variable_name) (command_name (word))] @identifier
(function_definition name: (word) @identifier)
(command name: (command_name (word) @call))
