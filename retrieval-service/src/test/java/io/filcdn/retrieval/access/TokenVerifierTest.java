package io.filcdn.retrieval.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.IpNetwork;
import io.filcdn.common.chain.Address;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceName;
import io.filcdn.retrieval.access.TokenVerifier.Fault;
import io.filcdn.retrieval.access.TokenVerifier.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenVerifierTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final String PIECE =
      "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa";
  private static final String CLAIMS =
      "{\"cdniv\":1,\"cdniuc\":\"%s\",\"exp\":1796040600}".formatted(PIECE);
  private static final TestDelegate DELEGATE = TestDelegate.generate();

  private final TokenVerifier verifier = new TokenVerifier(Clock.fixed(NOW, ZoneOffset.UTC));

  private Outcome verify(String token) {
    return verify(token, Optional.of(DELEGATE.publicKey()));
  }

  private Outcome verify(String token, Optional<DelegateKey> delegate) {
    Outcome outcome = verifier.look(new SignedToken(token), delegate);
    return outcome instanceof Outcome.Unverified(TokenVerifier.Pending pending)
        ? verifier.verify(pending)
        : outcome;
  }

  private TokenClaims claims(String json) {
    Outcome outcome = verify(DELEGATE.sign(json));
    assertThat(outcome).isInstanceOf(Outcome.Verified.class);
    return ((Outcome.Verified) outcome).claims();
  }

  private void refused(Fault fault, String token) {
    assertThat(verify(token))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> {
              assertThat(refused.fault()).isEqualTo(fault);
              assertThat(refused.detail()).startsWith("expected");
            });
  }

  @Test
  void whatTheDelegateSignedIsGoodHoweverOftenItIsShown() {
    String token = DELEGATE.sign(CLAIMS);

    Outcome first = verify(token);

    assertThat(first).isInstanceOf(Outcome.Verified.class);
    assertThat(verifier.look(new SignedToken(token), Optional.of(DELEGATE.publicKey())))
        .as("its signature is verified once")
        .isEqualTo(first);
    assertThat(((Outcome.Verified) first).claims())
        .isEqualTo(
            new TokenClaims(
                NOW.plusSeconds(600),
                Optional.empty(),
                new TokenClaims.Container.OfPiece(PieceName.parse(PIECE)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void allClaimsAreRead() {
    TokenClaims claims =
        claims(
            """
            {"iss":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8","sub":"x","aud":["a","filcdn"],"exp":1796040600,
             "nbf":1796040000,"iat":1796040000,"jti":"1","cdniv":1,"cdnicrit":"cdniip,fcdn_max,nbf",
             "cdniip":"192.0.2.7","cdniuc":"hash:sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk",
             "cdnistt":0,"fcdn_max":5000000000}
            """);

    assertThat(claims)
        .isEqualTo(
            new TokenClaims(
                NOW.plusSeconds(600),
                Optional.of(NOW),
                new TokenClaims.Container.OfUri("f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"),
                Optional.of(IpNetwork.of("192.0.2.7/32")),
                Optional.of(Address.of("0x70997970c51812dc3a010c7d01b50e0d17dc79c8")),
                Optional.of(ByteCount.of(5_000_000_000L))));
    assertThat(claims(CLAIMS.replace("}", ",\"cdniip\":\"2001:db8::1\"}")).client())
        .contains(IpNetwork.of("2001:db8::1/128"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "1",
        "{}",
        "{\"cdniuc\":\"%s\"}",
        "{\"exp\":1796040600}",
        "{\"exp\":\"1796040600\",\"cdniuc\":\"%s\"}",
        "{\"exp\":1796040600.5,\"cdniuc\":\"%s\"}",
        "{\"exp\":1e300,\"cdniuc\":\"%s\"}",
        "{\"exp\":-1,\"cdniuc\":\"%s\"}",
        "{\"exp\":9223372036854775807,\"cdniuc\":\"%s\"}",
        "{\"exp\":null,\"cdniuc\":\"%s\"}",
        "{\"exp\":1796040600,\"exp\":1996040600,\"cdniuc\":\"%s\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"regex:.*\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"hash:sha-512;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"hash:sha-256;f4Ox\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"*\"}",
        "{\"exp\":1796040600,\"cdniuc\":[\"%s\"]}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"nbf\":true}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"cdniv\":2}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"aud\":\"other\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"aud\":[]}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"iss\":\"me\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"cdniip\":\"host.example\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"cdniip\":\"10.0.0.1/8\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"cdnicrit\":\"cdnistt\",\"cdnistt\":1}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"cdnicrit\":\"nbf\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"cdnicrit\":\"\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"cdnicrit\":[\"exp\"]}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"fcdn_max\":\"5\"}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"fcdn_max\":-5}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"fcdn_max\":1e3}",
        "{\"exp\":1796040600,\"cdniuc\":\"%s\",\"fcdn_rate\":5}"
      })
  void claimsThatAreWrongOrLimitWithoutBeingKnownAreRefused(String claims) {
    refused(Fault.MALFORMED, DELEGATE.sign(claims.replace("%s", PIECE)));
  }

  /** Where a token could choose how it is verified, it could choose that it is not. */
  @Test
  void noOtherAlgorithmIsTaken() throws Exception {
    String kid = DELEGATE.publicKey().kid();
    String anySignature = "A".repeat(86);
    for (String algorithm : Set.of("none", "None", "HS256", "ES384", "ES256K", "RS256", "EdDSA")) {
      refused(
          Fault.MALFORMED,
          TestDelegate.made(
              "{\"alg\":\"%s\",\"kid\":\"%s\"}".formatted(algorithm, kid), CLAIMS, anySignature));
    }
    refused(Fault.MALFORMED, TestDelegate.made("{\"alg\":\"none\"}", CLAIMS, ""));
    // the public key as a shared secret
    JWSObject confused =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.HS512).keyID(kid).build(), new Payload(CLAIMS));
    confused.sign(new MACSigner(DELEGATE.publicKey().jwk().getBytes(StandardCharsets.US_ASCII)));
    assertThat(confused.serialize()).matches(".*\\.[A-Za-z0-9_-]{86}");
    refused(Fault.MALFORMED, confused.serialize());
  }

  @Test
  void aKeyInTheHeaderIsNotBelieved() {
    TestDelegate other = TestDelegate.generate();
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .keyID(DELEGATE.publicKey().kid())
            .jwk(other.key().toPublicJWK())
            .build();

    refused(Fault.SIGNATURE_WRONG, other.sign(header, CLAIMS));
    refused(Fault.SIGNER_UNKNOWN, other.sign(CLAIMS));
    refused(
        Fault.SIGNER_UNKNOWN,
        DELEGATE.sign(new JWSHeader.Builder(JWSAlgorithm.ES256).build(), CLAIMS));
    assertThat(verify(DELEGATE.sign(CLAIMS), Optional.empty()))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.fault()).isEqualTo(Fault.SIGNER_UNKNOWN));
  }

  /** A remembered token is no right: the key has to be the delegate's still. */
  @Test
  void aTokenThatWasGoodEndsWithItsSigner() {
    String token = DELEGATE.sign(CLAIMS);
    assertThat(verify(token)).isInstanceOf(Outcome.Verified.class);
    SignedToken shownAgain = new SignedToken(token);
    assertThat(verifier.isVerified(shownAgain)).isTrue();

    for (SignedToken shown : List.of(shownAgain, new SignedToken(token))) {
      assertThat(verifier.look(shown, Optional.of(TestDelegate.generate().publicKey())))
          .isInstanceOf(Outcome.Refused.class);
      assertThat(verifier.look(shown, Optional.empty())).isInstanceOf(Outcome.Refused.class);
      assertThat(verifier.look(shown, Optional.of(DELEGATE.publicKey())))
          .isInstanceOf(Outcome.Verified.class);
    }
  }

  @Test
  void whatWasSignedCannotBeChanged() {
    String token = DELEGATE.sign(CLAIMS);
    String signature = token.substring(token.lastIndexOf('.') + 1);
    String header = "{\"kid\":\"%s\",\"alg\":\"ES256\"}".formatted(DELEGATE.publicKey().kid());

    refused(
        Fault.SIGNATURE_WRONG,
        TestDelegate.made(header, CLAIMS.replace("1796040600", "1996040600"), signature));
    // r and s of zero and of the curve's order fit any text where they are not looked at
    refused(Fault.SIGNATURE_WRONG, TestDelegate.made(header, CLAIMS, "A".repeat(86)));
    String order =
        "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVH_____AAAAAP__________vOb6racXnoTzucrC_GMlUQ";
    refused(Fault.SIGNATURE_WRONG, TestDelegate.made(header, CLAIMS, order));
  }

  @Test
  void headersThatChangeTheMeaningAreRefused() {
    String kid = DELEGATE.publicKey().kid();
    JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid);

    refused(Fault.MALFORMED, DELEGATE.sign(header.contentType("JWT").build(), CLAIMS));
    refused(
        Fault.MALFORMED,
        DELEGATE.sign(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .keyID(kid)
                .customParam("b64x", false)
                .criticalParams(Set.of("b64x"))
                .build(),
            CLAIMS));
  }

  @Test
  void whatIsLargeDeepOrManifoldIsRefusedUnread() {
    String many = "\"a\":1,".repeat(1_000);
    for (String claims :
        new String[] {
          CLAIMS.replace("}", ",\"a\":" + "[".repeat(500) + "]".repeat(500) + "}"),
          CLAIMS.replace("}", ",\"a\":" + "{\"a\":".repeat(200) + "1" + "}".repeat(201)),
          CLAIMS.replace("{", "{" + many),
          CLAIMS.replace("}", ",\"a\":\"" + "x".repeat(3_000) + "\"}")
        }) {
      refused(Fault.MALFORMED, DELEGATE.sign(claims));
    }
    String token = DELEGATE.sign(CLAIMS);
    for (String text :
        new String[] {
          "",
          ".",
          "..",
          "a.b.c",
          token + ".",
          "." + token,
          token + ".a.b",
          token.replace('.', ','),
          token + "=",
          token + "\u0000",
          token.substring(0, token.length() - 1),
          "e30".repeat(100_000)
        }) {
      refused(Fault.MALFORMED, text);
    }
  }

  @Test
  void noChangeOfATokenIsGood() {
    Random random = new Random(9246);
    String token = DELEGATE.sign(CLAIMS);
    String alphabet = "ABCDEFabcdef0189-_.{";
    for (int i = 0; i < 2_000; i++) {
      StringBuilder changed = new StringBuilder(token);
      for (int j = 0; j <= random.nextInt(3); j++) {
        changed.setCharAt(
            random.nextInt(changed.length()), alphabet.charAt(random.nextInt(alphabet.length())));
      }
      // the last character of each part has bits that say nothing
      if (!sameBytes(changed.toString(), token)) {
        assertThat(verify(changed.toString())).isInstanceOf(Outcome.Refused.class);
      }
    }
  }

  private static boolean sameBytes(String one, String other) {
    String[] parts = one.split("\\.", -1);
    String[] others = other.split("\\.", -1);
    return parts.length == others.length
        && parts[0].equals(others[0])
        && parts[1].equals(others[1])
        && parts[2]
            .substring(0, Math.max(0, parts[2].length() - 1))
            .equals(others[2].substring(0, others[2].length() - 1));
  }
}
