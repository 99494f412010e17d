package io.filcdn.stack;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.filcdn.common.access.DelegateKey;
import io.filcdn.common.access.IpNetwork;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.piece.PieceName;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The command {@code ./filcdn sign}: signs the address of a piece by a delegate's key, offline, so
 * that whoever has it may fetch the piece for a while ({@code docs/access.md}).
 */
final class Sign {

  /** The parameter of the query that holds the token (RFC 9246). */
  private static final String PARAMETER = "URISigningPackage";

  private static final Set<String> SCHEMES = Set.of("http", "https");

  private final ECKey key;
  private final Clock clock;

  private Sign(ECKey key, Clock clock) {
    this.key = key;
    this.clock = clock;
  }

  /**
   * The limits of what is signed.
   *
   * @param time from now on
   * @param client for whom it is
   * @param bytes in all
   */
  record Limits(Duration time, Optional<IpNetwork> client, Optional<ByteCount> bytes) {}

  /**
   * A signer with the key in a file: a private JWK of P-256.
   *
   * @throws StackFailure where it holds none; the message does not show it
   */
  static Sign with(Path file, Clock clock) throws IOException {
    try {
      ECKey key = ECKey.parse(Files.readString(file));
      if (key.isPrivate() && key.getCurve().equals(Curve.P_256)) {
        return new Sign(key, clock);
      }
    } catch (ParseException e) {
      // said below, without what was found
    }
    throw new StackFailure(
        "expected a private JWK of kty EC and crv P-256 in %s; ./filcdn sign --new-key makes one"
            .formatted(file));
  }

  /**
   * Makes a key and writes it to a new file that only its owner can read.
   *
   * @return what a policy has to say of it
   */
  static String makeKey(Path file) throws IOException, JOSEException {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    DelegateKey delegate = delegate(key);
    ECKey named = new ECKey.Builder(key).keyID(delegate.kid()).build();
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      throw new StackFailure("expected a file that is not there yet, found %s".formatted(file));
    }
    Files.writeString(file, named.toJSONString() + "\n");
    return "delegateKeyId: 0x%s%ndelegateJwk: %s"
        .formatted(HexFormat.of().formatHex(delegate.thumbprint()), delegate.jwk());
  }

  /** The public key, as policies name it. */
  DelegateKey delegate() {
    return delegate(key);
  }

  private static DelegateKey delegate(ECKey key) {
    return new DelegateKey("P-256", "EC", key.getX().toString(), key.getY().toString());
  }

  /** The address of a piece with a token behind it. */
  String sign(String url, Limits limits) throws JOSEException {
    URI address = address(url);
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .claim("cdniv", 1)
            .claim("cdniuc", piece(address).toString())
            .expirationTime(Date.from(clock.instant().plus(limits.time())));
    limits.client().ifPresent(client -> claims.claim("cdniip", client.text()));
    limits
        .bytes()
        .ifPresent(
            // two that were signed in one second do not share their bytes
            bytes -> claims.claim("fcdn_max", bytes.bytes()).jwtID(UUID.randomUUID().toString()));
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .keyID(delegate(key).kid())
                .build(),
            claims.build());
    token.sign(new ECDSASigner(key));
    return "%s%s%s=%s"
        .formatted(url, address.getRawQuery() == null ? '?' : '&', PARAMETER, token.serialize());
  }

  private static URI address(String url) {
    try {
      URI address = new URI(url);
      if (address.getHost() != null
          && address.getRawFragment() == null
          && SCHEMES.contains(address.getScheme())) {
        return address;
      }
    } catch (URISyntaxException e) {
      // said below
    }
    throw new StackFailure(
        "expected the http or https URL of a piece, without a fragment, found " + url);
  }

  /** The first part of the path that names a piece. */
  private static PieceName piece(URI address) {
    return Arrays.stream(address.getPath().split("/", -1))
        .flatMap(part -> read(part).stream())
        .findFirst()
        .orElseThrow(
            () -> new StackFailure("expected a URL with a PieceCID in it, found " + address));
  }

  private static Optional<PieceName> read(String part) {
    try {
      return Optional.of(PieceName.parse(part));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
