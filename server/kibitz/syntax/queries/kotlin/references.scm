(identifier) @identifier
(call_expression . [(identifier) @call (navigation_expression (identifier) @call .)])
(constructor_invocation (user_type (identifier) @call .))
(user_type (identifier) @type)
