(throw_statement [
  (identifier) @raise
  (object_creation_expression type: [(identifier) @raise (qualified_name name: (identifier) @raise)])
])
(throw_expression (object_creation_expression type: [(identifier) @raise (qualified_name name: (identifier) @raise)]))
[(throw_statement) (throw_expression)] @branch.raise
[(if_statement) (conditional_expression)] @branch.if
[(for_statement) (foreach_statement) (while_statement) (do_statement)] @branch.loop
[(switch_statement) (switch_expression)] @branch.match
(try_statement) @branch.try
(return_statement) @branch.return
(yield_statement) @branch.yield
(await_expression) @branch.await
