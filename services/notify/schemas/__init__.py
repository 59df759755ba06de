"""Schemas of notify's requests and answers. Unknown fields are refused, marshmallow's default."""
