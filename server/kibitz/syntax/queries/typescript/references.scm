(type_identifier) @identifier
(type_identifier) @type
(extends_clause value: [(identifier) @type (member_expression property: (_) @type)])
