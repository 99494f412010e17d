package io.filcdn.acceptance;

import java.util.Map;
import java.util.Optional;

/**
 * What a client got.
 *
 * @param headers by their names in lower case
 * @param bytes of the body that were read
 * @param whole whether as many came as were promised
 * @param sha256 of those bytes, in hex
 */
record Download(int status, Map<String, String> headers, long bytes, boolean whole, String sha256) {

  Download {
    headers = Map.copyOf(headers);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
