#include "syndisco/design/endpoints.h"

#include <algorithm>
#include <string_view>

#include "syndisco/design/keys.h"

namespace syndisco {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// An address without its final slashes. Messages never show one that may hold a password.
std::string read_url(const Field& field) {
  std::string url = field.name();
  const bool plain = url.starts_with("http://");
  if (!plain && !url.starts_with("https://"))
    field.fail("an endpoint must be an address that begins with http:// or https://",
               "such as http://localhost:8000/v1");
  const std::size_t host = plain ? 7 : 8;
  const std::size_t path = std::min(url.find('/', host), url.size());
  if (std::string_view(url).substr(host, path - host).find('@') != std::string_view::npos)
    field.fail("an address may not hold a user or password: it would stand in files and logs",
               "put the key into an environment variable and name it as `api_key_env`");
  if (path == host || url[host] == ':') field.fail("the address of an endpoint has no host");
  const bool odd =
      std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; });
  if (odd) field.fail("the address of an endpoint holds blanks or control characters");
  if (url.find_first_of("?#") != std::string::npos)
    field.fail("the address of an endpoint may have no parameters (? or #)",
               "give the base address, such as http://localhost:8000/v1");
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/completions"))
    field.fail("the address of an endpoint ends before /chat/completions",
               "give the base address, such as http://localhost:8000/v1");
  return url;
}

std::vector<std::string> read_urls(const Field& field) {
  if (!field.json().is_array()) return {read_url(field)};
  std::vector<std::string> urls;
  for (const Field& item : field.items()) {
    std::string url = read_url(item);
    if (std::find(urls.begin(), urls.end(), url) != urls.end())
      item.fail("the address " + in_quotes(url) + " is there twice");
    urls.push_back(std::move(url));
  }
  if (urls.empty()) field.fail("endpoint is empty", "give the address of a model server");
  return urls;
}

/// The name of an environment variable. Who writes the key itself must not find it in a log.
std::string read_variable(const Field& field) {
  const std::string& name = field.name();
  const bool valid = is_letter(name[0]) && name.size() <= 128 &&
                     std::all_of(name.begin(), name.end(),
                                 [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  if (!valid)
    field.fail("api_key_env must be the name of an environment variable, not the key itself",
               "such as `api_key_env: MY_API_KEY`, and `export MY_API_KEY=...` before the run");
  return name;
}

double read_seconds(const Field& field) {
  return field.number("of seconds above 0, at most 86400",
                      [](double x) { return x > 0 && x <= 86400; });
}

}  // namespace

EndpointSpec read_endpoint(const Mapping& mapping, const Field& addresses) {
  EndpointSpec endpoint;
  endpoint.urls = read_urls(addresses);
  endpoint.model = mapping.require("model", "the name that the server knows the model by").name();
  if (const Field* value = mapping.find("api_key_env"))
    endpoint.api_key_env = read_variable(*value);
  if (const Field* value = mapping.find("server")) endpoint.server = value->one_of(server_words());
  if (const Field* value = mapping.find("concurrency"))
    endpoint.concurrency = value->whole(1, 4096);
  if (const Field* value = mapping.find("timeouts")) {
    const Mapping timeouts(*value, keys::kTimeouts);
    if (const Field* each = timeouts.find("connect"))
      endpoint.connect_timeout = read_seconds(*each);
    if (const Field* each = timeouts.find("first_byte"))
      endpoint.first_byte_timeout = read_seconds(*each);
    if (const Field* each = timeouts.find("total")) endpoint.total_timeout = read_seconds(*each);
  }
  return endpoint;
}

}  // namespace syndisco
