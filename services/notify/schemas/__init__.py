"""The shapes of notify's requests and answers. Unknown fields are refused, as is marshmallow's rule."""
