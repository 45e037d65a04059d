[(identifier) (constant) (instance_variable) (class_variable) (global_variable)] @identifier
(call method: [(identifier) (constant)] @call)
(superclass [(constant) @type (scope_resolution name: (constant) @type)])
