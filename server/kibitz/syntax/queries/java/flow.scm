(throw_statement [
  (identifier) @raise
  (object_creation_expression type: [(type_identifier) @raise (scoped_type_identifier (type_identifier) @raise .)])
  (method_invocation name: (identifier) @raise)
])
(throws (type_identifier) @raise)
(throw_statement) @branch.raise
[(if_statement) (ternary_expression)] @branch.if
[(for_statement) (enhanced_for_statement) (while_statement) (do_statement)] @branch.loop
(switch_expression) @branch.match
[(try_statement) (try_with_resources_statement)] @branch.try
(return_statement) @branch.return
(yield_statement) @branch.yield
