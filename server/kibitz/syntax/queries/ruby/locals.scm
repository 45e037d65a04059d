[(method) (singleton_method)] @scope.function
[(block) (do_block) (lambda)] @scope.inner
(class body: (body_statement) @scope.members)
(module body: (body_statement) @scope.members)
(method_parameters (identifier) @parameter)
(lambda_parameters (identifier) @parameter)
(block_parameters (identifier) @parameter)
(destructured_parameter (identifier) @parameter)
[
  (optional_parameter name: (identifier) @parameter)
  (keyword_parameter name: (identifier) @parameter)
  (splat_parameter name: (identifier) @parameter)
  (hash_splat_parameter name: (identifier) @parameter)
  (block_parameter name: (identifier) @parameter)
]
(assignment left: [(identifier) (instance_variable) (global_variable)] @local)
(operator_assignment left: [(identifier) (instance_variable)] @local)
(left_assignment_list (identifier) @local)
(exception_variable (identifier) @local)
(for pattern: (identifier) @local)
(call method: (identifier) @how arguments: (argument_list (simple_symbol) @symbol)
  (#match? @how "^attr_"))
