"""JSON in a page comes back as it went in, and cannot leave its script."""

import json

from hypothesis import given
from hypothesis import strategies as st

from siting.outputs.map.islands import island_text

texts = st.text(alphabet=st.characters(codec=None)) | st.sampled_from(
    ["</script>", "<!--<script>", "\u2028", "${alert(1)}", "`", "\\u003c", "&lt;", "\ud800"]
)
values = st.recursive(
    texts | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False).map(abs),
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


@given(texts)
def test_any_text_comes_back(text: str) -> None:
    assert json.loads(island_text({text: [text]})) == {text: [text]}


@given(values)
def test_no_text_can_end_a_script_or_open_a_tag(value: object) -> None:
    text = island_text(value)
    assert not set("<>&") & set(text)
    assert text.isascii()
