"""That a sanitizer's report is not missed; what writes them is built by scripts/check."""

import pytest

from processes import Process
from waiting import eventually


@pytest.mark.parametrize("end", [Process.stop, Process.kill])
def test_a_report_fails_the_test_that_ends_its_process(tmp_path, monkeypatch, end):
    monkeypatch.setenv("SANITIZER_REPORTS", str(tmp_path))
    line = f"echo a data race > {tmp_path}/report.$$; exec tail -f /dev/null"
    process = Process("reporting", ["sh", "-c", line], tmp_path / "folder")
    eventually(lambda: any(file.stat().st_size for file in tmp_path.glob("report.*")), "the report is written")
    with pytest.raises(AssertionError, match="reporting .*\n.*a data race"):
        end(process)
    assert process not in Process.running
