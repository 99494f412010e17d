package io.filcdn.bench.retrieval;

import io.filcdn.bench.run.Cores;
import io.filcdn.bench.run.Server;
import io.filcdn.testing.process.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The caches that the edge is compared with, each as its users would set it up. */
final class Others {

  private Others() {}

  /** nginx with {@code proxy_cache} on disk, sendfile, and a buffered access log. */
  static Contender nginx(Path folder, URI origin) {
    return nginx(folder, origin, "", "");
  }

  /** The same over TLS and HTTP/2, with the edge's first cipher. */
  static Contender nginx(Path folder, URI origin, TlsFiles tls) {
    String settings =
        """
        ssl_certificate %s;
              ssl_certificate_key %s;
              ssl_protocols TLSv1.2 TLSv1.3;
              ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
              ssl_session_cache shared:tls:10m;
        """
            .formatted(tls.certificate(), tls.key());
    Contender nginx = nginx(folder, origin, " ssl http2", settings);
    return nginx.overTls(nginx.port(), tls);
  }

  private static Contender nginx(Path folder, URI origin, String listening, String tls) {
    int port = FreePort.find();
    String settings =
        """
        daemon off;
        user root;
        worker_processes 1;
        pid nginx.pid;
        error_log error.log;
        worker_rlimit_nofile 65536;
        events { worker_connections 20000; }
        http {
          access_log access.log combined buffer=64k flush=1s;
          sendfile on;
          tcp_nopush on;
          keepalive_requests 1000000000;
          client_body_temp_path body;
          proxy_temp_path temp;
          proxy_cache_path cache levels=1:2 keys_zone=pieces:64m max_size=8g inactive=1d use_temp_path=off;
          server {
            listen 127.0.0.1:%d%s;
              %s
            location / {
              proxy_pass %s/piece/;
              proxy_http_version 1.1;
              proxy_cache pieces;
              proxy_cache_lock on;
              proxy_cache_lock_timeout 600s;
              proxy_cache_lock_age 600s;
              proxy_cache_valid 200 1d;
              proxy_ignore_headers Cache-Control Expires Vary Set-Cookie;
              proxy_max_temp_file_size 0;
            }
          }
        }
        """
            .formatted(port, listening, tls, origin);
    write(folder, "nginx.conf", settings);
    List<String> command = List.of("nginx", "-p", folder.toString(), "-c", "nginx.conf");
    Server server = Server.start("nginx", folder, Cores.measured(command), path());
    return new Contender("nginx", server.awaitPort(port), port, "pieces.localhost");
  }

  /** Varnish with storage in memory. */
  static Contender varnish(Path folder, URI origin) {
    return varnish(folder, origin, 3L << 30);
  }

  /**
   * The same with another bound.
   *
   * @param memory in bytes
   */
  static Contender varnish(Path folder, URI origin, long memory) {
    int port = FreePort.find();
    String settings =
        """
        vcl 4.1;
        backend origin { .host = "%s"; .port = "%d"; .first_byte_timeout = 600s; }
        sub vcl_backend_fetch { set bereq.url = "/piece" + bereq.url; }
        sub vcl_backend_response { set beresp.ttl = 1d; unset beresp.http.Set-Cookie; }
        """
            .formatted(origin.getHost(), origin.getPort());
    Path vcl = write(folder, "pieces.vcl", settings);
    List<String> command = new ArrayList<>(List.of("varnishd", "-F", "-j", "none"));
    command.addAll(List.of("-n", folder.resolve("work").toString()));
    command.addAll(
        List.of("-a", "127.0.0.1:" + port, "-f", vcl.toString(), "-s", "malloc," + memory));
    // a large piece takes the place of many small ones
    command.addAll(List.of("-p", "nuke_limit=100000"));
    Server server = Server.start("varnish", folder, Cores.measured(command), path());
    return new Contender("varnish", server.awaitPort(port), port, "pieces.localhost");
  }

  private static Map<String, String> path() {
    return Map.of("PATH", System.getenv().getOrDefault("PATH", "") + ":/usr/sbin");
  }

  private static Path write(Path folder, String name, String text) {
    try {
      Files.createDirectories(folder);
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder, e);
    }
  }
}
