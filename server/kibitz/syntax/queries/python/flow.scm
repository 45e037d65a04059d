(raise_statement . [
  (identifier) @raise
  (attribute attribute: (identifier) @raise)
  (call function: [(identifier) @raise (attribute attribute: (identifier) @raise)])
])
(raise_statement) @branch.raise
(assert_statement "assert" @raise)
[(if_statement) (elif_clause) (conditional_expression)] @branch.if
[(for_statement) (while_statement) (for_in_clause)] @branch.loop
(match_statement) @branch.match
(try_statement) @branch.try
(return_statement) @branch.return
(yield) @branch.yield
(await) @branch.await
