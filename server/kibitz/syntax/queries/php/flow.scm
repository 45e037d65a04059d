(throw_expression [
  (object_creation_expression [(name) @raise (qualified_name (name) @raise .)])
  (variable_name (name) @raise)
])
(throw_expression) @branch.raise
[(if_statement) (else_if_clause) (conditional_expression)] @branch.if
[(for_statement) (foreach_statement) (while_statement) (do_statement)] @branch.loop
[(switch_statement) (match_expression)] @branch.match
(try_statement) @branch.try
(return_statement) @branch.return
(yield_expression) @branch.yield
