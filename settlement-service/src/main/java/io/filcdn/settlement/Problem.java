package io.filcdn.settlement;

import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.function.Supplier;

/** Why a request is not answered, as its JSON answer says. */
public record Problem(int status, String code, String detail) {

  static WebApplicationException badRequest(String code, String detail) {
    return of(Response.Status.BAD_REQUEST, code, detail);
  }

  static WebApplicationException notFound(String code, String detail) {
    return of(Response.Status.NOT_FOUND, code, detail);
  }

  static WebApplicationException unavailable(String code, String detail) {
    return of(Response.Status.SERVICE_UNAVAILABLE, code, detail);
  }

  private static WebApplicationException of(Response.Status status, String code, String detail) {
    return new WebApplicationException(response(status, code, detail).build());
  }

  static Response.ResponseBuilder response(Response.Status status, String code, String detail) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON)
        .entity(new Problem(status.getStatusCode(), code, detail));
  }

  /**
   * Reads something of a request.
   *
   * @throws WebApplicationException with the parser's own words, as a bad request
   */
  static <T> T parsed(String code, Supplier<T> parse) {
    try {
      return parse.get();
    } catch (IllegalArgumentException e) {
      throw badRequest(code, Optional.ofNullable(e.getMessage()).orElse(""));
    }
  }
}
