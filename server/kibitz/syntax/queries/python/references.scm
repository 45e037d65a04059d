(identifier) @identifier

(call function: [(identifier) @call (attribute attribute: (identifier) @call)])
(decorator [(identifier) @call (attribute attribute: (identifier) @call)])

(type [(identifier) @type (attribute attribute: (identifier) @type)])
(type (generic_type . (identifier) @type))
(type (union_type (type (identifier) @type)))
(type (binary_operator (identifier) @type))
(class_definition superclasses: (argument_list [(identifier) @type (attribute attribute: (identifier) @type)]))
