"""What is taken for a second definition of a class, and what is not."""

import unittest

from tests.layering import one_definition

ANSWER = "namespace fleetca {\n\nstruct Answer {\n  int status = 0;\n};\n\n}  // namespace fleetca\n"


def found(texts):
    return [(finding.path, finding.line) for finding in one_definition.check_files(texts)]


class OneDefinitionTest(unittest.TestCase):

    def test_a_class_of_the_same_name_in_another_header_is_found(self):
        self.assertEqual([("b.h", 3)], found({"a.h": ANSWER, "b.h": ANSWER.replace("int status", "long size")}))

    def test_so_is_a_derived_one_whose_bases_take_a_line(self):
        derived = ANSWER.replace("struct Answer {", "class Answer\n    : public Base {")
        self.assertEqual([("b.cc", 3)], found({"a.h": ANSWER, "b.cc": derived}))

    def test_another_namespace_is_another_class(self):
        other = ANSWER.replace("namespace fleetca", "namespace fleetca::client")
        unnamed = "namespace fleetca {\nnamespace {\n\nstruct Answer {\n};\n\n}  // namespace\n" + \
            "}  // namespace fleetca\n"
        self.assertEqual([], found({"a.h": ANSWER, "b.h": other, "c.cc": unnamed}))

    def test_after_an_unnamed_namespace_names_count_again(self):
        after = "namespace fleetca {\nnamespace {\n\nint one;\n\n}  // namespace\n" + ANSWER.split("\n", 1)[1]
        self.assertEqual([("b.cc", 8)], found({"a.h": ANSWER, "b.cc": after}))

    def test_a_declaration_is_no_definition(self):
        declared = "namespace fleetca {\n\nstruct Answer;\nenum class Answer : int;\n// struct Answer {\n" + \
            "struct Answer::Part {\n};\n" + \
            "}  // namespace fleetca\n"
        self.assertEqual([], found({"a.h": ANSWER, "b.h": declared}))

    def test_what_is_known_to_be_there_again_is_held_against_its_list(self):
        maker = "namespace fleetca::x509 {\n\nclass PreparedMaker {\n};\n\n}  // namespace fleetca::x509\n"
        known = dict.fromkeys(one_definition.AGAIN["fleetca::x509::PreparedMaker"], maker)
        self.assertEqual([], found(known))
        self.assertEqual([("z.h", 3)], found({**known, "z.h": maker}))


if __name__ == "__main__":
    unittest.main()
