package io.filcdn.bench.retrieval;

import io.filcdn.bench.run.BenchFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A certificate with a key of P-256 that signs itself, by openssl.
 *
 * @param client the settings of clients by OpenSSL, which want one cipher
 */
record TlsFiles(Path certificate, Path key, Path client) {

  private static final String CLIENT =
      """
      openssl_conf = all
      [all]
      ssl_conf = clients
      [clients]
      system_default = one
      [one]
      Ciphersuites = TLS_AES_128_GCM_SHA256
      """;

  static TlsFiles in(Path folder) {
    TlsFiles files =
        new TlsFiles(
            folder.resolve("tls.crt"), folder.resolve("tls.key"), folder.resolve("client.cnf"));
    List<String> command =
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
            files.key.toString(),
            "-out",
            files.certificate.toString());
    try {
      Files.createDirectories(folder);
      Files.writeString(files.client, CLIENT);
      Process openssl = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (openssl.waitFor() != 0) {
        throw new BenchFailure("openssl makes no certificate: " + output);
      }
      return files;
    } catch (IOException e) {
      throw new BenchFailure("openssl makes no certificate: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchFailure("interrupted", e);
    }
  }
}
