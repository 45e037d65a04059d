[(identifier) (field_identifier) (type_identifier) (shorthand_field_identifier)] @identifier
(type_identifier) @type
(call_expression function: [
  (identifier) @call
  (field_expression field: (field_identifier) @call)
  (scoped_identifier name: (identifier) @call)
  (generic_function function: [
    (identifier) @call
    (field_expression field: (field_identifier) @call)
    (scoped_identifier name: (identifier) @call)
  ])
])
(macro_invocation macro: [(identifier) @call (scoped_identifier name: (identifier) @call)])
