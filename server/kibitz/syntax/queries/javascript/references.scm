(class_heritage [(identifier) @type (member_expression property: (_) @type)])
