(throw_statement [
  (identifier) @raise
  (new_expression constructor: [(identifier) @raise (member_expression property: (_) @raise)])
  (call_expression function: [(identifier) @raise (member_expression property: (_) @raise)])
])
(throw_statement) @branch.raise
[(if_statement) (ternary_expression)] @branch.if
[(for_statement) (for_in_statement) (while_statement) (do_statement)] @branch.loop
(switch_statement) @branch.match
(try_statement) @branch.try
(return_statement) @branch.return
(yield_expression) @branch.yield
(await_expression) @branch.await
