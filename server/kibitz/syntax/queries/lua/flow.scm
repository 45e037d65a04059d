(function_call name: (identifier) @raise (#any-of? @raise "error" "assert"))
(function_call name: (identifier) @name (#eq? @name "error")) @branch.raise
[(if_statement) (elseif_statement)] @branch.if
[(for_statement) (while_statement) (repeat_statement)] @branch.loop
(function_call name: (identifier) @name (#any-of? @name "pcall" "xpcall")) @branch.try
(return_statement) @branch.return
