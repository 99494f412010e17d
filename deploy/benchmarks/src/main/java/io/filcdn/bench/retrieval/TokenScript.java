package io.filcdn.bench.retrieval;

import io.filcdn.bench.run.BenchFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A script for wrk that shows another token with each request.
 *
 * @param count of tokens
 */
record TokenScript(Path file, int count) {

  /** Writes one with new tokens. */
  static TokenScript write(Path folder, Supplier<String> tokens, int count) {
    List<String> all = Stream.generate(tokens).limit(count).toList();
    try {
      Path texts = Files.createTempFile(folder, "tokens", ".txt");
      Files.write(texts, all);
      Path file = Files.createTempFile(folder, "tokens", ".lua");
      Files.writeString(
          file,
          """
          local tokens = {}
          for line in io.lines("%s") do tokens[#tokens + 1] = "Bearer " .. line end
          local next = 0
          request = function()
            next = next %% #tokens + 1
            wrk.headers["Authorization"] = tokens[next]
            return wrk.format()
          end
          """
              .formatted(texts));
      return new TokenScript(file, count);
    } catch (IOException e) {
      throw new BenchFailure("tokens cannot be written: " + e.getMessage(), e);
    }
  }
}
