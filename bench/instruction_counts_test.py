"""The check of instruction counts reads callgrind's profiles rightly, and fails when it should."""

import unittest

from bench import instruction_counts as counts

PROFILE = """\
events: Ir
ob=(1) /usr/lib/libcrypto.so.3
fn=(1) SHA256_Update
10 500
+3 20
ob=(2) /app/instructions
fn=(2) BuildTbs
7 40
cob=(1)
cfn=(1)
calls=2 10
* 520
* 5
cob=(3) /usr/lib/libc.so.6
cfn=(3) malloc
calls=1 0
-2 30
ob=(3)
fn=(3)
0 30
totals: 595
"""


def recorded(ours=1000, openssl=5000):
    return {"tbs": {"ours": ours, "openssl": openssl}}


def verdicts(was, now, tolerance=5):
    return [row.verdict for row in counts.compare(was, now, tolerance)]


class InstructionCountsTest(unittest.TestCase):

    def test_a_profile_is_split_by_object_and_calls_are_not_counted_twice(self):
        self.assertEqual({"ours": 75, "openssl": 520}, counts.read_profile(PROFILE.splitlines()))

    def test_start_and_set_up_drop_out_of_the_difference(self):
        few = {"ours": 1_000_100, "openssl": 2_000_000}
        many = {"ours": 1_000_100 + 200 * 42, "openssl": 2_000_000 + 200 * 7}
        self.assertEqual({"ours": 42, "openssl": 7}, counts.per_operation(few, many, 200))

    def test_a_count_within_the_tolerance_passes(self):
        for ours in (950, 1000, 1050):
            rows = counts.compare(recorded(), recorded(ours=ours), 5)
            self.assertFalse(counts.failed(rows), counts.table(rows))

    def test_a_raised_count_fails_whichever_part_it_is_of(self):
        self.assertEqual([counts.MORE, counts.OK], verdicts(recorded(), recorded(ours=1051)))
        self.assertEqual([counts.OK, counts.MORE], verdicts(recorded(), recorded(openssl=5251)))
        self.assertTrue(counts.failed(counts.compare(recorded(), recorded(ours=1051), 5)))

    def test_fewer_instructions_are_told_and_do_not_fail(self):
        rows = counts.compare(recorded(), recorded(ours=900), 5)
        self.assertEqual(counts.FEWER, rows[0].verdict)
        self.assertFalse(counts.failed(rows))

    def test_a_few_instructions_of_a_small_count_are_no_news(self):
        self.assertEqual(counts.OK, verdicts(recorded(openssl=0), recorded(openssl=20))[1])
        self.assertEqual(counts.MORE, verdicts(recorded(openssl=0), recorded(openssl=21))[1])

    def test_a_stage_that_is_new_or_gone_fails(self):
        for was, now in (({}, recorded()), (recorded(), {})):
            self.assertTrue(counts.failed(counts.compare(was, now, 5)))

    def test_the_table_has_the_change_and_the_verdict(self):
        text = counts.table(counts.compare(recorded(), recorded(ours=1100), 5))
        self.assertRegex(text, r"tbs +ours +1000 +1100 +\+10\.0 % +MORE")


if __name__ == "__main__":
    unittest.main()
