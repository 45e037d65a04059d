(command name: (command_name) @raise (#any-of? @raise "exit" "die" "fail"))
(command name: (command_name) @name (#eq? @name "exit")) @branch.raise
(command name: (command_name) @name (#eq? @name "return")) @branch.return
[(if_statement) (elif_clause)] @branch.if
[(for_statement) (c_style_for_statement) (while_statement)] @branch.loop
(case_statement) @branch.match
