"""References to variables within values."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygate.facts.go.reference import masked


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("", ""),
        ("a,b|c", "a,b|c"),
        ("$A,b", "~~,b"),
        ("a$A_1/b", "a~~~~/b"),
        ("${A},b", "~~~~,b"),
        ("${A:-b,c},d", "~~~~~~~~~,d"),
        ("${A:-${B:-c,d},e},f", "~~~~~~~~~~~~~~~~~,f"),
        ("$(A),$(shell a,b)", "~~~~,~~~~~~~~~~~~"),
        ("$(a $(b ,) ,),c", "~~~~~~~~~~~~~,c"),
        ("${{ a || 'b,c' }},d", "~~~~~~~~~~~~~~~~~,d"),
        ("${A,b", "~~~~~"),
        ("$", "$"),
        ("$,$$A$", "$,$~~$"),
        ("$é", "$é"),
    ],
)
def test_references_are_masked_in_place(text: str, mask: str) -> None:
    assert masked(text) == mask


@given(st.text(st.sampled_from("ab$(){},|")))
def test_offsets_hold(text: str) -> None:
    mask = masked(text)

    assert len(mask) == len(text)
    assert all(masks in (char, "~") for masks, char in zip(mask, text, strict=True))


@pytest.mark.parametrize("piece", ["${", "$(", "$A", "$", "${}", "$(${"])
def test_time_is_linear(piece: str) -> None:
    started = time.process_time()
    masked(piece * 500_000)

    assert time.process_time() - started < 20
