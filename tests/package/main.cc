#include <iostream>

#include "syndisco/base/version.h"

int main() {
  std::cout << "consumer of syndisco " << syndisco::version() << '\n';
  return syndisco::version().empty() ? 1 : 0;
}
