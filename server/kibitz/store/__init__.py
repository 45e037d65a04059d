"""What kibitz remembers: conversations, usage, egress, dismissed findings. The only room that speaks SQL."""
