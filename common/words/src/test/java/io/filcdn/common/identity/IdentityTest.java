package io.filcdn.common.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {

  /** As {@code openssl genpkey -algorithm ed25519} and {@code openssl pkey -pubout} wrote them. */
  private static final String PEM =
      """
      -----BEGIN PRIVATE KEY-----
      MC4CAQAwBQYDK2VwBCIEIEBB6ORede0y/GWVj6BBa0AY1JFSzSYgUevaH+euNnLz
      -----END PRIVATE KEY-----
      """;

  private final EdgeKeyPair pair = EdgeKeyPair.generate();
  private final byte[] message = SignedMessage.egress("{\"rows\":[]}".getBytes(UTF_8));

  @Test
  void onlyTheKeyThatSignedVerifiesAndOnlyTheseBytes() {
    String signature = pair.privateKey().sign(message);

    assertThat(pair.publicKey().signed(message, signature)).isTrue();
    assertThat(EdgeKey.of(pair.publicKey().text()).signed(message, signature)).isTrue();
    assertThat(EdgeKeyPair.generate().publicKey().signed(message, signature)).isFalse();
    assertThat(
            pair.publicKey()
                .signed(SignedMessage.egress("{\"rows\":[1]}".getBytes(UTF_8)), signature))
        .isFalse();
  }

  /** Both ways with the JDK's own Ed25519, which is another implementation of RFC 8032. */
  @Test
  void theJdkVerifiesWhatIsSignedHereAndSignsWhatIsVerified() throws Exception {
    KeyFactory keys = KeyFactory.getInstance("Ed25519");
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(
        keys.generatePublic(
            new X509EncodedKeySpec(Base64.getDecoder().decode(pair.publicKey().text()))));
    verifier.update(message);
    String own = pair.privateKey().sign(message);
    assertThat(verifier.verify(Base64.getDecoder().decode(own))).isTrue();

    String body = pair.privatePem().lines().filter(line -> !line.startsWith("-")).findFirst().get();
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(
        keys.generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body))));
    signer.update(message);
    String other = Base64.getEncoder().encodeToString(signer.sign());
    assertThat(pair.publicKey().signed(message, other)).isTrue();
    assertThat(other).isEqualTo(own);
  }

  @Test
  void anEgressRecordIsSignedByTheSha256OfItsValue() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest("{\"rows\":[]}".getBytes(UTF_8));

    assertThat(message)
        .startsWith("filcdn.egress.v1\n".getBytes(UTF_8))
        .endsWith(digest)
        .hasSize(17 + 32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no base64!", "AAAA"})
  void whatIsNoSignatureVerifiesNothing(String signature) {
    assertThat(pair.publicKey().signed(message, signature)).isFalse();
  }

  @Test
  void aKeyOfOpensslSigns() {
    assertThat(EdgePrivateKey.ofPem(PEM).sign(message)).hasSize(88);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nMC4CAQAw\n-----END EC PRIVATE KEY-----"
      })
  void aBrokenPrivateKeyIsToldWithoutShowingIt(String pem) {
    assertThatThrownBy(() -> EdgePrivateKey.ofPem(pem))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expected")
        .hasMessageNotContaining("MC4CAQAw");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "MCowBQYDK2Vw",
        "not base64",
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=="
      })
  void aBrokenPublicKeyIsRefused(String text) {
    assertThatThrownBy(() -> EdgeKey.of(text)).hasMessageContaining("expected an Ed25519");
  }

  @Test
  void aRequestsSignatureIsReadAsItWasWrittenAndHoldsForOnePathAndBody() {
    RequestSignature signed = RequestSignature.of(pair.privateKey(), "/a", "edge-1", 17, "body");

    assertThat(RequestSignature.read(signed.header())).contains(signed);
    assertThat(pair.publicKey().signed(signed.message("/a", "body"), signed.signature())).isTrue();
    assertThat(pair.publicKey().signed(signed.message("/b", "body"), signed.signature())).isFalse();
    assertThat(pair.publicKey().signed(signed.message("/a", "BODY"), signed.signature())).isFalse();
    assertThat(
            pair.publicKey()
                .signed(
                    new RequestSignature("edge-2", 17, signed.signature()).message("/a", "body"),
                    signed.signature()))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer secret",
        "FilCDN-Edge edge=\"\", at=1, signature=\"AA==\"",
        "FilCDN-Edge edge=\"e\", at=x, signature=\"AA==\""
      })
  void anyOtherHeaderIsNoRequestSignature(String header) {
    assertThat(RequestSignature.read(header)).isEmpty();
  }
}
