package io.filcdn.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.SignedJWT;
import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.IpNetwork;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.testing.process.StackFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final String PIECE =
      "bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa";
  private static final Sign.Limits USUAL =
      new Sign.Limits(Duration.ofMinutes(10), Optional.empty(), Optional.empty());

  @TempDir Path folder;
  private Path file;
  private String policy;

  @BeforeEach
  void makeKey() throws Exception {
    file = folder.resolve("delegate.jwk");
    policy = Sign.makeKey(file);
  }

  private static SignedJWT token(String url) throws Exception {
    return SignedJWT.parse(url.substring(url.indexOf("URISigningPackage=") + 18));
  }

  @Test
  void aUrlIsSignedByTheKeyInTheFile() throws Exception {
    String url = "http://localhost:8400/0x70997970c51812dc3a010c7d01b50e0d17dc79c8/" + PIECE;

    String signed = Sign.with(file, CLOCK).sign(url, USUAL);

    ECKey key = ECKey.parse(Files.readString(file));
    SignedJWT token = token(signed);
    assertThat(signed).startsWith(url + "?URISigningPackage=");
    assertThat(token.verify(new ECDSAVerifier(key.toPublicJWK()))).isTrue();
    assertThat(token.getHeader().getKeyID()).isEqualTo(key.getKeyID());
    assertThat(token.getJWTClaimsSet().getClaims())
        .containsOnlyKeys("cdniv", "cdniuc", "exp")
        .containsEntry("cdniuc", PIECE);
    assertThat(token.getJWTClaimsSet().getExpirationTime()).isEqualTo(NOW.plusSeconds(600));
  }

  @Test
  void limitsAreClaims() throws Exception {
    String signed =
        Sign.with(file, CLOCK)
            .sign(
                "https://0x7.example/" + PIECE + "/a.mp4?filename=b.mp4",
                new Sign.Limits(
                    Duration.ofDays(1),
                    Optional.of(IpNetwork.of("192.0.2.0/24")),
                    Optional.of(ByteCount.of(5_000_000_000L))));

    assertThat(signed).contains("?filename=b.mp4&URISigningPackage=");
    assertThat(token(signed).getJWTClaimsSet().getClaims())
        .containsEntry("cdniip", "192.0.2.0/24")
        .containsEntry("fcdn_max", 5_000_000_000L)
        .containsKey("jti")
        .containsEntry("cdniuc", PIECE);
  }

  @Test
  void twoUrlsWithACapOfOneSecondAreTwo() throws Exception {
    Sign.Limits limits =
        new Sign.Limits(Duration.ofMinutes(1), Optional.empty(), Optional.of(ByteCount.of(5)));
    Sign sign = Sign.with(file, CLOCK);

    assertThat(token(sign.sign("https://a.example/" + PIECE, limits)).getPayload().toString())
        .isNotEqualTo(
            token(sign.sign("https://a.example/" + PIECE, limits)).getPayload().toString());
  }

  @Test
  void aNewKeyIsItsOwnersAloneAndWhatIsThereStays() throws Exception {
    DelegateKey delegate =
        RecordJson.readStrictly(
            policy.substring(policy.indexOf("delegateJwk: ") + 13), DelegateKey.class);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(ECKey.parse(Files.readString(file)).getKeyID()).isEqualTo(delegate.kid());
    assertThat(policy).doesNotContain("\"d\"");
    assertThatThrownBy(() -> Sign.makeKey(file)).isInstanceOf(StackFailure.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/a",
        "ftp://a.example/bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa",
        "https://a.example/",
        "https://a.example/bafy",
        "https://a.example/bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa#a",
        "https://a.example/bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa?a b"
      })
  void whatIsNoAddressOfAPieceIsRefused(String url) {
    assertThatThrownBy(() -> Sign.with(file, CLOCK).sign(url, USUAL))
        .isInstanceOf(StackFailure.class)
        .hasMessageStartingWith("expected");
  }

  @Test
  void aFileWithoutAPrivateKeyIsRefusedAndNotShown() throws Exception {
    ECKey key = ECKey.parse(Files.readString(file));
    for (String text : new String[] {"", "a secret", key.toPublicJWK().toJSONString()}) {
      Files.writeString(file, text);

      assertThatThrownBy(() -> Sign.with(file, CLOCK))
          .isInstanceOf(StackFailure.class)
          .hasMessageNotContaining("a secret");
    }
  }
}
