"""Stage oracle: TensorFlow's answers, and whether each contender gives them."""
