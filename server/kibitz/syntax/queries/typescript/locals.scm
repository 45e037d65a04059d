[(function_signature) (method_signature) (abstract_method_signature)] @scope.function
(required_parameter pattern: (identifier) @parameter)
(optional_parameter pattern: (identifier) @parameter)
(required_parameter pattern: (rest_pattern (identifier) @parameter))
(type_parameter name: (type_identifier) @local)
