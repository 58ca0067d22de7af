// What Java's PKIX says of certificates, with the CRL that each of them names or with OCSP.
//
//   java -Dcom.sun.security.enableCRLDP=true CheckRevocation.java ROOTS.pem < QUESTIONS
//
// A question is a line "crl|ocsp HOURS CHAIN.pem": the file has the certificate and the issuing CA's, and HOURS is how
// far ahead the reader's clock is. The answer is a line "accepted", or "refused: REASON: words".

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

public final class CheckRevocation {
  public static void main(String[] arguments) throws IOException, GeneralSecurityException {
    Set<TrustAnchor> anchors = new HashSet<>();
    for (Certificate root : read(arguments[0])) {
      anchors.add(new TrustAnchor((X509Certificate) root, null));
    }
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      String[] words = line.split(" ", 3);
      System.out.println(answer(anchors, words[0], Integer.parseInt(words[1]), words[2]));
    }
  }

  private static List<Certificate> read(String path) throws IOException, GeneralSecurityException {
    try (InputStream file = new FileInputStream(path)) {
      return new ArrayList<>(CertificateFactory.getInstance("X.509").generateCertificates(file));
    }
  }

  private static String answer(Set<TrustAnchor> anchors, String by, int hours, String path)
      throws IOException, GeneralSecurityException {
    CertPathValidator validator = CertPathValidator.getInstance("PKIX");
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    // No SOFT_FAIL: what cannot be known is refused. NO_FALLBACK: by the one asked for alone. By CRL the issuing CA's
    // certificate is checked as well. The root is offline and answers no OCSP, so by that the leaf alone is asked about.
    checker.setOptions(
        by.equals("crl")
            ? EnumSet.of(Option.NO_FALLBACK, Option.PREFER_CRLS)
            : EnumSet.of(Option.NO_FALLBACK, Option.ONLY_END_ENTITY));
    PKIXParameters parameters = new PKIXParameters(anchors);
    parameters.addCertPathChecker(checker);
    parameters.setDate(new Date(System.currentTimeMillis() + hours * 3_600_000L));
    CertPath chain = CertificateFactory.getInstance("X.509").generateCertPath(read(path));
    try {
      validator.validate(chain, parameters);
      return "accepted";
    } catch (CertPathValidatorException refused) {
      return "refused: " + refused.getReason() + ": " + refused.getMessage();
    }
  }
}
