#include "client/cli/manual/man_page.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

CommandDescription Command() {
  CommandDescription command;
  command.path = "fleetca cert issue";
  command.summary = "Get a certificate.";
  command.usage = "fleetca cert issue [OPTIONS] file";
  command.arguments.push_back({{"file"}, "FILE", "What to read", "", true, false, ""});
  command.flags.push_back({{"-o", "--output"}, "FORM", "The form", "", false, false, "pem"});
  command.flags.push_back({{"--dir"}, "DIR", "A folder", "Connection", false, true, ""});
  command.groups.push_back({"Connection", "Which CA"});
  return command;
}

TEST(EscapeTroffTest, WhatIsSpecialStandsForItself) {
  EXPECT_EQ(EscapeTroff(R"(a\n)"), R"(a\en)");
  EXPECT_EQ(EscapeTroff("--dir it's `x` ~ ^"), "\\-\\-dir it\\(aqs \\(gax\\(ga \\(ti \\(ha");
  EXPECT_EQ(EscapeTroff("a\nb"), "a b");
}

TEST(ManPageTest, ThePageIsNamedAfterTheCommand) {
  EXPECT_EQ(ManPageName("fleetca cert issue"), "fleetca-cert-issue");
  const std::string page = ManPage(Command());
  EXPECT_THAT(page, StartsWith(".TH \"FLEETCA\\-CERT\\-ISSUE\" 1 "));
  EXPECT_THAT(page, HasSubstr("fleetca\\-cert\\-issue \\- Get a certificate\n"));
  EXPECT_THAT(page, HasSubstr("\\fBfleetca cert issue\\fP [OPTIONS] file\n"));
  EXPECT_THAT(page, HasSubstr("\\fBfleetca\\-cert\\fP(1), \\fBfleetca\\fP(1)\n"));
}

TEST(ManPageTest, OptionsStandInTheirGroups) {
  const std::string page = ManPage(Command());
  EXPECT_THAT(page, HasSubstr(".TP\n\\fIfile\\fP\nWhat to read (required)\n"));
  EXPECT_THAT(page, HasSubstr(".TP\n\\fB\\-o\\fP, \\fB\\-\\-output\\fP \\fIFORM\\fP\n"
                              "The form (default: pem)\n"));
  EXPECT_THAT(page, HasSubstr(".SS \"Connection\"\nWhich CA\n.TP\n\\fB\\-\\-dir\\fP \\fIDIR\\fP\n"
                              "A folder (may be repeated)\n"));
}

TEST(ManPageTest, NoLineOfTextIsARequest) {
  CommandDescription command = Command();
  command.notes = ".hidden is a file\n'quoted' too\n\n  .verbatim \\\n    more\nlast";
  command.examples = "  fleetca x \\\n    --a\n  .b\n";
  const std::string page = ManPage(command);
  EXPECT_THAT(page, HasSubstr(".PP\n\\&.hidden is a file\n\\&\\(aqquoted\\(aq too\n"));
  EXPECT_THAT(page, HasSubstr(".nf\n  .verbatim \\e\n    more\n.fi\n.RE\n.PP\nlast\n"));
  EXPECT_THAT(page, HasSubstr(".nf\nfleetca x \\e\n  \\-\\-a\n\\&.b\n"));
}

TEST(ManPageTest, WhatAsksACaSaysWhereItFindsIt) {
  EXPECT_THAT(ManPage(Command()), Not(HasSubstr("FLEETCA_DIR")));
  CommandDescription command = Command();
  command.flags.push_back({{"--server"}, "HOST:PORT", "The CA", "Connection", false, false, ""});
  EXPECT_THAT(ManPage(command), HasSubstr("FLEETCA_DIR"));
}

TEST(ManPageTest, ItsOwnWordsOnTheExitStatusGoFirst) {
  EXPECT_THAT(ManPage(Command()), HasSubstr("\"EXIT STATUS\""));
  CommandDescription command = Command();
  command.notes = "Exit status: 0 always.";
  EXPECT_THAT(ManPage(command), Not(HasSubstr("\"EXIT STATUS\"")));
}

}  // namespace
}  // namespace fleetca::client
