#include <iostream>

#include "syndisco/base/version.h"

int main() {
  std::cout << "syndisco " << syndisco::version() << '\n';
  return 0;
}
