(call_expression function: (identifier) @raise (#any-of? @raise "abort" "exit" "longjmp" "assert" "perror"))
(call_expression function: (identifier) @name (#any-of? @name "abort" "exit" "longjmp")) @branch.raise
[(if_statement) (conditional_expression)] @branch.if
[(for_statement) (while_statement) (do_statement)] @branch.loop
(switch_statement) @branch.match
(return_statement) @branch.return
