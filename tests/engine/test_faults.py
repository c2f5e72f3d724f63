from policygate.engine.faults import Fault, refuse
from policygate.location import At, Position


def test_faults_are_told_once_each_in_the_order_of_the_files() -> None:
    error = refuse(
        [Fault("b", 1, 1, "x"), Fault("a", 10, 1, "y"), Fault("a", 2, 1, "z"), Fault("b", 1, 1, "x")], "do it"
    )
    assert (error.message, error.hint, error.at) == ("a:2: z\na:10: y\nb:1: x", "do it", None)


def test_a_single_fault_has_its_place() -> None:
    error = refuse([Fault("a", 2, 5, "z")])
    start, end = Position(line=2, column=5), Position(line=2, column=6)
    assert (error.message, error.at) == ("a:2: z", At(path="a", start=start, end=end, origin="text"))


def test_a_fault_of_a_whole_file_has_no_line() -> None:
    error = refuse([Fault("a", 0, 0, "z")])
    nothing = Position(line=0, column=0)
    assert (error.message, error.at) == ("a: z", At(path="a", start=nothing, end=nothing, origin="absent"))
