"""Makes the derived wave climate: waves grown by monthly winds along rays over the globe."""
