[(identifier) (field_identifier) (type_identifier) (package_identifier)] @identifier
(type_identifier) @type
(call_expression function: [
  (identifier) @call
  (selector_expression field: (field_identifier) @call)
  (parenthesized_expression (identifier) @call)
])
